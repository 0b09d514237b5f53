import { describeDesktopCompliance } from '../main/desktop/compliance.ts';
import { FakeDesktop } from './fake-desktop.ts';
import { PictureDesktop } from './picture-desktop.ts';

for (const Kind of [FakeDesktop, PictureDesktop]) {
  describeDesktopCompliance(`${Kind.name}, without a screen`, () => {
    const desktop = new Kind();
    const each = (act: (capture: FakeDesktop['capture']) => void) => () => {
      for (const capture of desktop.captures) act(capture);
      return Promise.resolve();
    };
    return Promise.resolve({
      desktop,
      change: each((capture) => capture.change()),
      resize: (size) => each((capture) => capture.resize(size))(),
      heldKeys: () => Promise.resolve(desktop.held),
      lose: each((capture) => capture.fail()),
      close: () => Promise.resolve(),
    });
  });
}
