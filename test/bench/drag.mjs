// Moves a window in a circle, 30 steps a second, as a hand does that drags it. Arguments: display window x y radius.
import x11 from 'x11';

const [display, ...numbers] = process.argv.slice(2);
const [window, x, y, radius] = numbers.map(Number);

x11.createClient({ display }, (error, { client }) => {
  if (error) throw error;
  let step = 0;
  setInterval(() => {
    step += 1;
    const angle = step / 12;
    client.ConfigureWindow(window, { x: Math.round(x + radius * Math.cos(angle)), y: Math.round(y + radius * Math.sin(angle)) });
  }, 1000 / 30);
});
