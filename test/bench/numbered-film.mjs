// A film on a display, 30 pictures a second, each with its number in it. Arguments: display x y width height. Says `ready`, then for each picture its
// number and when it was painted (ms of the system's monotonic clock). SIGUSR1: it stands still.
import x11 from 'x11';
import { filmLength, filmPicture, STAMP } from './film-picture.mjs';

const [display, ...numbers] = process.argv.slice(2);
const [x, y, width, height] = numbers.map(Number);
const Z_PIXMAP = 2;
const STRIPE_BYTES = 1 << 20;
const EVERY_MS = 1000 / 30;
const [BLACK, WHITE] = [0x000000, 0xffffff];

x11.createClient({ display }, (error, { client, screen }) => {
  if (error) throw error;
  const [{ root }] = screen;
  const made = (make) => {
    const id = client.AllocID();
    make(id);
    return id;
  };
  const window = made((id) => client.CreateWindow(id, root, x, y, width, height, 0, 0, 0, 0, { overrideRedirect: true, backgroundPixel: 0 }));
  client.MapWindow(window);
  const pixmap = () => made((id) => client.CreatePixmap(id, window, 24, width, height));
  const gc = made((id) => client.CreateGC(id, window, { graphicsExposures: 0 }));
  const black = made((id) => client.CreateGC(id, window, { foreground: BLACK }));
  const white = made((id) => client.CreateGC(id, window, { foreground: WHITE }));
  // The pictures are with the server already, so that painting one costs nothing beside what is measured.
  const rows = Math.max(1, Math.floor(STRIPE_BYTES / (width * 4)));
  const pictures = Array.from({ length: filmLength(width, height) }, (_, n) => {
    const pixels = filmPicture(n, width, height);
    return made((id) => {
      client.CreatePixmap(id, window, 24, width, height);
      for (let row = 0; row < height; row += rows) {
        const count = Math.min(rows, height - row);
        client.PutImage(Z_PIXMAP, id, gc, width, count, 0, row, 0, 24, pixels.subarray(row * width * 4, (row + count) * width * 4));
      }
    });
  });
  // What is being put together is not seen.
  const back = pixmap();
  let n = 0;
  let still = false;
  process.on('SIGUSR1', () => (still = true));
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  const paint = () => {
    if (still) return;
    client.CopyArea(pictures[n % pictures.length], back, gc, 0, 0, 0, 0, width, height);
    const [blacks, whites] = [[], []];
    for (let bit = 0; bit < STAMP.bits; bit += 1) ((n >> bit) & 1 ? whites : blacks).push(bit * STAMP.block, 0, STAMP.block, STAMP.block);
    if (blacks.length > 0) client.PolyFillRectangle(back, black, blacks);
    if (whites.length > 0) client.PolyFillRectangle(back, white, whites);
    client.CopyArea(back, window, gc, 0, 0, 0, 0, width, height);
    process.stdout.write(`${n} ${now().toFixed(3)}\n`);
    n = (n + 1) % (1 << STAMP.bits);
  };
  client.GetInputFocus(() => {
    process.stdout.write('ready\n');
    let next = now();
    const tick = () => {
      paint();
      next += EVERY_MS;
      setTimeout(tick, Math.max(0, next - now()));
    };
    tick();
  });
});
