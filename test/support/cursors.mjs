// A window over the whole screen with a cursor of its own. Arguments: display and which one: `large`, `animated`, `empty`. Says `ready`, and goes when it is ended.
import x11 from 'x11';

const [display, which] = process.argv.slice(2);
const WIDE = { width: 200, height: 160, hotX: 30, hotY: 40 };
const SMALL = { width: 24, height: 24, hotX: 3, hotY: 4 };

x11.createClient({ display }, (error, { client, screen }) => {
  if (error) throw error;
  const [{ root }] = screen;
  client.require('render', (missing, render) => {
    if (missing) throw missing;
    /** Of one colour, its right half half transparent where it is `wide`; nothing at all without a colour. */
    const cursor = ({ width, height, hotX, hotY }, colour) => {
      const [pixmap, picture, made] = [client.AllocID(), client.AllocID(), client.AllocID()];
      client.CreatePixmap(pixmap, root, 32, width, height);
      render.CreatePicture(picture, pixmap, render.rgba32);
      render.FillRectangles(1, picture, [0, 0, 0, 0], [0, 0, width, height]);
      if (colour !== undefined) {
        // From 0 to 1, premultiplied.
        const solid = colour.map((level) => level / 255);
        render.FillRectangles(1, picture, [...solid, 1], [0, 0, width >> 1, height]);
        render.FillRectangles(1, picture, [...solid.map((level) => level / 2), 0.5], [width >> 1, 0, width - (width >> 1), height]);
      }
      render.CreateCursor(made, picture, hotX, hotY);
      return made;
    };
    const made = {
      large: () => cursor(WIDE, [250, 120, 10]),
      animated: () => {
        const all = client.AllocID();
        const pictures = [
          [255, 0, 0],
          [0, 255, 0],
          [0, 0, 255],
        ].map((colour) => [cursor(SMALL, colour), 150]);
        render.CreateAnimCursor(all, pictures);
        return all;
      },
      empty: () => cursor({ width: 1, height: 1, hotX: 0, hotY: 0 }),
    }[which]();
    const window = client.AllocID();
    client.CreateWindow(window, root, 0, 0, 4000, 4000, 0, 0, 0, 0, { overrideRedirect: true, backgroundPixel: 0x336699, cursor: made });
    client.MapWindow(window);
    client.GetInputFocus(() => process.stdout.write('ready\n'));
  });
});
