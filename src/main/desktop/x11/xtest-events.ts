import type { Extensions } from 'x11';
import type { X11Connection } from './x11-connection.ts';

type Xtest = Extensions['xtest'];

/** XInput 2's raw event of what FakeInput (XTEST) causes. */
export type FakedEvent = 'XIRawKeyPress' | 'XIRawKeyRelease' | 'XIRawButtonPress' | 'XIRawButtonRelease' | 'XIRawMotion';

/** Called for each request, with its number: the server names that number in every event that the request causes. */
type Sent = (request: number, event: FakedEvent, detail: number) => void;

/** Input through XTEST. All of it goes through here, so that it can be told from that of others. */
export class XtestEvents {
  private readonly connection: X11Connection;
  private readonly xtest: Xtest;
  private sent: Sent = () => {};

  constructor(connection: X11Connection, xtest: Xtest) {
    this.connection = connection;
    this.xtest = xtest;
  }

  onSent(sent: Sent): void {
    this.sent = sent;
  }

  key(keycode: number, down: boolean): void {
    if (down) this.fake(this.xtest.KeyPress, 'XIRawKeyPress', keycode);
    else this.fake(this.xtest.KeyRelease, 'XIRawKeyRelease', keycode);
  }

  tap(keycode: number): void {
    this.key(keycode, true);
    this.key(keycode, false);
  }

  button(button: number, down: boolean): void {
    if (down) this.fake(this.xtest.ButtonPress, 'XIRawButtonPress', button);
    else this.fake(this.xtest.ButtonRelease, 'XIRawButtonRelease', button);
  }

  move(x: number, y: number): void {
    const { root } = this.connection.screen;
    this.xtest.FakeInput(this.xtest.MotionNotify, 0, 0, root, Math.min(x, 0x7fff), Math.min(y, 0x7fff));
    this.sent(this.connection.client.seq_num, 'XIRawMotion', 0);
  }

  private fake(type: number, event: FakedEvent, detail: number): void {
    this.xtest.FakeInput(type, detail, 0, 0, 0, 0);
    this.sent(this.connection.client.seq_num, event, detail);
  }
}
