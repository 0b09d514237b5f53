// A whole screen of one colour, another one with each key. Arguments: display width height. Says `ready`.
import x11 from 'x11';

const [display, ...numbers] = process.argv.slice(2);
const [width, height] = numbers.map(Number);
const COLOURS = [0x204060, 0xd0c0a0];
const KEY_PRESS = 1;
const FOCUS_CHANGE = 0x200000;
const ATOM = 4;

x11.createClient({ display }, (error, { client, screen }) => {
  if (error) throw error;
  const window = client.AllocID();
  const [{ root }] = screen;
  const about = { backgroundPixel: COLOURS[0], eventMask: KEY_PRESS | FOCUS_CHANGE };
  client.CreateWindow(window, root, 0, 0, width, height, 0, 0, 0, 0, about);
  let flips = 0;
  client.on('event', (event) => {
    if (event.name === 'FocusIn') process.stdout.write('ready\n');
    if (event.name !== 'KeyPress') return;
    flips += 1;
    client.ChangeWindowAttributes(window, { backgroundPixel: COLOURS[flips % 2] });
    client.ClearArea(window, 0, 0, 0, 0, 0);
  });
  // In front and with the keyboard, as the window manager sees to it for a window that fills the screen.
  client.InternAtom(false, '_NET_WM_STATE', (_, state) =>
    client.InternAtom(false, '_NET_WM_STATE_FULLSCREEN', (__, fullScreen) => {
      const value = Buffer.alloc(4);
      value.writeUInt32LE(fullScreen);
      client.ChangeProperty(0, window, state, ATOM, 32, value);
      client.MapWindow(window);
    }),
  );
});
