// A film in a window: everything in it changes, and each picture says its number in black and white blocks that survive any encoding.
// Arguments: display x y width height. Each number is said on the output when its picture has been painted; on SIGUSR1 the film rests.
import x11 from 'x11';

const [display] = process.argv.slice(2, 3);
const [x, y, width, height] = process.argv.slice(3, 7).map(Number);
/** As many as five blocks of 32×32 can say. From 64,64 in the window on; beside them one block of one colour. */
const PICTURES = 32;
const BLOCK = 32;
const FLAT = [0x30, 0x60, 0x90];
/** Servers take requests of 256 KiB. */
const ROWS = Math.floor(240_000 / (width * 4));

const pictures = Array.from({ length: PICTURES }, (_, n) => {
  const pixels = Buffer.alloc(width * height * 4);
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 4) {
      const angle = (2 * Math.PI * n) / PICTURES;
      pixels[at] = 128 + 60 * Math.sin(column / 40 + angle) + 60 * Math.cos(row / 30 - angle);
      pixels[at + 1] = 128 + 90 * Math.sin((column + row) / 60 + angle);
      pixels[at + 2] = 128 + 100 * Math.cos((column - row) / 50 - angle);
    }
  }
  const paint = (index, [red, green, blue]) => {
    for (let row = 64; row < 64 + BLOCK; row += 1)
      for (let column = 64 + index * BLOCK; column < 64 + (index + 1) * BLOCK; column += 1)
        pixels.set([blue, green, red], (row * width + column) * 4);
  };
  for (let bit = 0; bit < 5; bit += 1) paint(bit, (n >> bit) % 2 === 1 ? [255, 255, 255] : [0, 0, 0]);
  paint(5, FLAT);
  return pixels;
});

x11.createClient({ display }, (error, { client, screen }) => {
  if (error) throw error;
  const window = client.AllocID();
  client.CreateWindow(window, screen[0].root, x, y, width, height, 0, 0, 0, 0, { overrideRedirect: true, backgroundPixel: 0 });
  client.MapWindow(window);
  const gc = client.AllocID();
  client.CreateGC(gc, window);
  let n = 0;
  const playing = setInterval(() => {
    const pixels = pictures[n % PICTURES];
    for (let row = 0; row < height; row += ROWS) {
      const rows = Math.min(ROWS, height - row);
      client.PutImage(2, window, gc, width, rows, 0, row, 0, 24, pixels.subarray(row * width * 4, (row + rows) * width * 4));
    }
    process.stdout.write(`${n % PICTURES} ${performance.timeOrigin + performance.now()}\n`);
    n += 1;
  }, 1000 / 30);
  process.on('SIGUSR1', () => clearInterval(playing));
});
