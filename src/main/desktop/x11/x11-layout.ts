import type { KeyboardLayout } from '../../../facts/desktop.ts';
import { reply, type X11Connection } from './x11-connection.ts';

/* XKB protocol: GetState (section 16.1), GetNames (16.8), and of the latter's parts the groups' names. */
const GET_STATE = 4;
const GET_NAMES = 17;
const GROUP_NAMES = 1 << 12;
const GROUPS = 4;
/** Offsets in replies, which the package hands over from byte 8 on. */
const STATE_GROUP = 4;
const NAMES_GROUPS = 7;
const NAMES_BODY = 24;
/** Words of `_XKB_RULES_NAMES` that are asked for: more than rules, model, layouts, variants and options take. */
const RULES_WORDS = 512;
const STRING = 31;

/** The layout that is in use: its name as the X server says it, its code as it was set. Undefined without XKEYBOARD. */
export async function x11Layout(connection: X11Connection): Promise<KeyboardLayout | undefined> {
  const xkb = await connection.extension('xkb');
  if (xkb === undefined) return undefined;
  const { client } = connection;
  const ask = (request: Buffer): Promise<Buffer> =>
    reply((done) => {
      request[0] = xkb.majorOpcode;
      request.writeUInt16LE(request.length / 4, 2);
      request.writeUInt16LE(xkb.UseCoreKbd, 4);
      client.seq_num += 1;
      client.pack_stream.put(request);
      client.replies[client.seq_num] = [(body) => Buffer.from(body), done];
      client.pack_stream.submit(true);
    });
  const group = (await ask(Buffer.of(0, GET_STATE, 0, 0, 0, 0, 0, 0)))[STATE_GROUP] ?? 0;
  const names = Buffer.alloc(12);
  names[1] = GET_NAMES;
  names.writeUInt32LE(GROUP_NAMES, 8);
  const answer = await ask(names);
  const present = answer[NAMES_GROUPS] ?? 0;
  let name = '';
  for (let index = 0, at = NAMES_BODY; index < GROUPS; index += 1) {
    if ((present & (1 << index)) === 0) continue;
    if (index === group) name = await reply<string>((done) => client.GetAtomName(answer.readUInt32LE(at), done));
    at += 4;
  }
  const code = await codeOf(connection, group);
  return code === '' && name === '' ? undefined : { code, name };
}

/** From `_XKB_RULES_NAMES`: rules, model, layouts, variants, options, each ended by a zero. */
async function codeOf({ client, screen }: X11Connection, group: number): Promise<string> {
  const property = await reply<number>((done) => client.InternAtom(false, '_XKB_RULES_NAMES', done));
  const { data } = await reply<{ readonly data: Buffer }>((done) =>
    client.GetProperty(0, screen.root, property, STRING, 0, RULES_WORDS, done),
  );
  const [, , layouts = '', variants = ''] = data.toString('latin1').split('\0');
  const [layout, variant] = [layouts, variants].map((list) => list.split(',')[group] ?? '');
  if (layout === undefined || layout === '') return '';
  return variant === undefined || variant === '' ? layout : `${layout}, ${variant}`;
}
