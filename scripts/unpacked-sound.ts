/** A sound server that tests start by themselves, and the programs that play and record with it: PulseAudio. About 2 MB, once. */
import { fileURLToPath } from 'node:url';
import { ensureUnpacked, type PackageSet, unpackedFolder } from './unpacked-packages.ts';

const SOUND: PackageSet = {
  folder: 'sound',
  called: 'the sound server that tests start: PulseAudio',
  programs: ['pulseaudio', 'pulseaudio-utils'],
  beside: /^pulseaudio(-utils)?$/,
};

/** The folder with `usr` in it, or undefined where nothing has been unpacked. */
export const unpackedSound = (): string | undefined => unpackedFolder(SOUND);

/** Unpacks what is missing. Gives undefined, or why it could not, for a person. */
export const ensureSound = (): string | undefined => ensureUnpacked(SOUND);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = ensureSound();
  console.log(missing === undefined ? `The sound server is in ${unpackedSound()}` : `Needs ${missing}`);
  process.exitCode = missing === undefined ? 0 : 1;
}
