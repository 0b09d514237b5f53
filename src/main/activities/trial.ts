import { applicationOfActivity, type ActivityKind } from '../../protocol/applications/applications.ts';
import type { Launcher } from './contract.ts';
import { fillTemplate, parseTemplate } from './template.ts';

/** What a line would start, with values of no real person or computer (RFC 5737). */
export interface Trial {
  /** The program and its arguments one by one, or the URL alone. */
  readonly words: readonly string[];
  /** Whether this computer has such a program. */
  readonly known: boolean;
}

/**
 * Fills `line` with example values without starting anything. Rejects with TemplateError, or ActivityError NO_PORT for the port of an
 * activity that has none.
 */
export async function tryLine(kind: ActivityKind, line: string, launcher: Launcher): Promise<Trial> {
  const { ports } = applicationOfActivity(kind);
  const port = ports.fixed ?? ports.standard;
  const target = fillTemplate(parseTemplate(line), {
    address: '192.0.2.7',
    ...(port === undefined ? {} : { port }),
    role: 'inviter',
    contact: 'anna@home.example',
    ownAddress: '192.0.2.1',
    ownPort: ports.fixed ?? 50_000,
  });
  return { words: target.tag === 'url' ? [target.url] : [target.program, ...target.args], known: await launcher.knows(target) };
}
