import { loadOpenH264 } from '../../src/main/desktop/film/openh264/library.ts';

function why(): string | undefined {
  try {
    loadOpenH264();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const reason = why();

/** Title and condition for what needs the system's libopenh264. */
export const openH264 = {
  skip: reason !== undefined,
  title: (text: string): string => (reason === undefined ? text : `${text} [skipped: ${reason}]`),
};
