/*
 * A window without a background and without a frame, as many programs' are. Arguments: display, colour. Says its number once it is drawn, and
 * draws no more then, whatever is asked of it, before SIGHUP. SIGUSR2 makes it larger.
 */
import x11 from 'x11';

const [display, colour = '00ff00'] = process.argv.slice(2);
const SIZE = { width: 200, height: 200 };

x11.createClient({ display }, (error, { client, screen }) => {
  if (error) throw error;
  const window = client.AllocID();
  const pen = client.AllocID();
  let draws = true;
  const { width, height } = SIZE;
  client.CreateWindow(window, screen[0].root, 20, 20, width, height, 0, 0, 0, 0, {
    overrideRedirect: true,
    bitGravity: 1,
    eventMask: x11.eventMask.Exposure,
  });
  client.CreateGC(pen, window, { foreground: Number.parseInt(colour, 16) });
  const draw = () => client.PolyFillRectangle(window, pen, [0, 0, 400, 400]);
  let shown = false;
  client.on('event', ({ name }) => {
    if (name !== 'Expose' || !draws) return;
    draw();
    if (shown) return;
    shown = true;
    // From now on it draws nothing before it is told to.
    draws = false;
    client.GetInputFocus(() => process.stdout.write(`${window}\n`));
  });
  process.on('SIGHUP', () => {
    draws = true;
    draw();
  });
  process.on('SIGUSR2', () => client.ResizeWindow(window, 300, 260));
  client.MapWindow(window);
});
