/* A person of the laboratory in plain Node: every way that needs no page. Who it is comes as the argument. */
import { WAYS } from '../../../src/main/connection/ways/ways.ts';
import { type LabPersonSetup, live } from './person.ts';

await live(JSON.parse(process.argv[2] ?? '') as LabPersonSetup, WAYS);
process.exit(0);
