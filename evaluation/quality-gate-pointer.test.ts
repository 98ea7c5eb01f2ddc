import { gate } from '../test/fixtures/gated-suites.ts';

gate(['balabit', 'sapimouse']);
