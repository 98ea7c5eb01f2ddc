import { gate } from '../test/fixtures/gated-suites.ts';

gate('injection');
gate('scenarios');
