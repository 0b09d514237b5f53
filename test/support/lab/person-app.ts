/* A person of the laboratory in Electron: every way, ICE with its real page. Who it is comes in the environment, because the app is built once. */
import { app } from 'electron';
import { systemClock as clock } from '../../../src/main/clock.ts';
import { waysWith } from '../../../src/main/connection/ways/ways.ts';
import { createIcePages } from '../../../src/main/shell/ice-page.ts';
import { type LabPersonSetup, live } from './person.ts';
import { appPages } from '../app-pages.ts';

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';
const setup = JSON.parse(process.env['RINGBACK_LAB_PERSON'] ?? '') as LabPersonSetup;

async function main(): Promise<void> {
  const windows = await appPages(folder);
  await live(setup, waysWith({ openPage: createIcePages(windows, clock) }));
  app.exit(0);
}

void main();
