import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram, until } from './programs.ts';

export interface MessageBus {
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * A session bus of its own. The services that it starts by itself are the silent ones: they can be asked for and never answer, as one does that hangs
 * while it starts.
 * @param folder for its files; whoever made it removes it after `stop`
 */
export async function startMessageBus(folder: string, silentServices: readonly string[] = []): Promise<MessageBus> {
  const services = join(folder, 'dbus-services');
  const started = join(folder, 'dbus-started');
  mkdirSync(services);
  for (const name of silentServices)
    writeFileSync(
      join(services, `${name}.service`),
      `[D-BUS Service]\nName=${name}\nExec=/bin/sh -c "echo $$ >> ${started}; exec sleep 600"\n`,
    );
  const config = join(folder, 'dbus.conf');
  writeFileSync(
    config,
    `<busconfig><type>session</type><listen>unix:tmpdir=${tmpdir()}</listen><auth>EXTERNAL</auth><servicedir>${services}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>\n`,
  );
  const bus = startProgram('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address']);
  return {
    address: await until(() => /^unix:\S+/m.exec(bus.output())?.[0], 'the message bus'),
    stop: async () => {
      await bus.stop();
      for (const pid of existsSync(started) ? readFileSync(started, 'utf8').trim().split('\n') : []) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It has ended with the bus.
        }
      }
    },
  };
}
