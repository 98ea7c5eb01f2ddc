import { gate } from '../test/fixtures/gated-suites.ts';

gate(['injection', 'scenarios']);
