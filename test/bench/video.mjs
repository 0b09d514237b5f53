// A moving picture for the benchmark: 640×360, 30 a second, everything changes. Arguments: display x y.
import x11 from 'x11';

const [display, x, y] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 30;

const frames = Array.from({ length: FRAMES }, (_, n) => {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 4);
  let noise = 12345 + n;
  for (let row = 0, at = 0; row < HEIGHT; row += 1) {
    for (let column = 0; column < WIDTH; column += 1, at += 4) {
      noise = (noise * 1103515245 + 12345) & 0x7fffffff;
      const wave = Math.sin((column + n * 12) / 40) + Math.cos((row - n * 8) / 30);
      pixels[at] = 128 + wave * 50 + ((noise >> 16) & 7);
      pixels[at + 1] = 128 + Math.sin((column + row + n * 10) / 60) * 90;
      pixels[at + 2] = (column + n * 8) & 0xff;
    }
  }
  return pixels;
});

x11.createClient({ display }, (error, { client, screen }) => {
  if (error) throw error;
  const window = client.AllocID();
  client.CreateWindow(window, screen[0].root, x, y, WIDTH, HEIGHT, 0, 0, 0, 0, { overrideRedirect: true, backgroundPixel: 0 });
  client.MapWindow(window);
  const gc = client.AllocID();
  client.CreateGC(gc, window);
  let n = 0;
  setInterval(() => {
    client.PutImage(2, window, gc, WIDTH, HEIGHT, 0, 0, 0, 24, frames[n % FRAMES]);
    n += 1;
  }, 1000 / 30);
});
