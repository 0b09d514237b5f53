/*
 * A window (green) with a menu (blue) across its right edge, beside things that are no menus of it (red, all of them over it): a menu of another window of the
 * same client, and a window of another client that says it is the first one's. Arguments: display, how the menu says whose it is: `transient`,
 * or `type`, with `several` where the client has another window in _NET_CLIENT_LIST. Says the window's number. SIGHUP closes the menu, SIGUSR2 draws it white.
 */
import x11 from 'x11';

const [display, how, several] = process.argv.slice(2);
const GREEN = 0x00ff00;
const BLUE = 0x0000ff;
const RED = 0xff0000;

const connect = () => new Promise((resolve, reject) => x11.createClient({ display }, (error, made) => (error ? reject(error) : resolve(made))));
const [{ client, screen }, other] = [await connect(), await connect()];
const { root } = screen[0];
const atom = (name) => new Promise((resolve) => client.InternAtom(false, name, (_, found) => resolve(found)));
const [transientFor, type, menu, list, window_, atom_] = [
  await atom('WM_TRANSIENT_FOR'),
  await atom('_NET_WM_WINDOW_TYPE'),
  await atom('_NET_WM_WINDOW_TYPE_POPUP_MENU'),
  await atom('_NET_CLIENT_LIST'),
  await atom('WINDOW'),
  await atom('ATOM'),
];
const word = (value) => {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(value);
  return data;
};
const open = (by, x, y, colour, values = {}) => {
  const made = by.AllocID();
  by.CreateWindow(made, root, x, y, 200, 200, 0, 0, 0, 0, { backgroundPixel: colour, ...values });
  return made;
};
const small = (by, x, y, colour) => {
  const made = by.AllocID();
  by.CreateWindow(made, root, x, y, 100, 60, 0, 0, 0, 0, { backgroundPixel: colour, overrideRedirect: true });
  return made;
};
const says = (by, of, property, kind, value) => by.ChangeProperty(0, of, property, kind, 32, word(value));

const shown = open(client, 20, 20, GREEN);
const second = open(client, 400, 20, RED);
const own = small(client, 160, 60, BLUE);
if (how === 'transient') says(client, own, transientFor, window_, shown);
else says(client, own, type, atom_, menu);
const seconds = small(client, 40, 40, RED);
says(client, seconds, transientFor, window_, second);
const feigned = small(other.client, 40, 130, RED);
says(other.client, feigned, transientFor, window_, shown);
says(other.client, feigned, type, atom_, menu);
client.ChangeProperty(0, root, list, window_, 32, Buffer.concat([word(shown), ...(several === 'several' ? [word(second)] : [])]));
for (const one of [shown, ...(several === 'several' ? [second] : []), seconds, own]) client.MapWindow(one);
other.client.MapWindow(feigned);
process.on('SIGHUP', () => client.UnmapWindow(own));
const pen = client.AllocID();
client.CreateGC(pen, own, { foreground: 0xffffff });
process.on('SIGUSR2', () => client.PolyFillRectangle(own, pen, [0, 0, 100, 60]));
other.client.GetInputFocus(() => client.GetInputFocus(() => process.stdout.write(`${shown}\n`)));
