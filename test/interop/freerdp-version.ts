import type { Display } from '../support/display.ts';
import { startProgram } from '../support/programs.ts';

/** Whether this machine's xfreerdp is FreeRDP 3, which is told some things in other words than FreeRDP 2. It wants a display even to say so. */
export async function isFreerdp3(display: Display): Promise<boolean> {
  const program = startProgram('xfreerdp', ['/version'], { env: display.env });
  await program.exited;
  return / version 3\./.test(program.output());
}
