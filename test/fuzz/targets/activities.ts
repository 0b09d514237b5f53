import { ActivityError } from '../../../src/main/activities/contract.ts';
import { fillTemplate, parseTemplate, takes, type Template, TemplateError } from '../../../src/main/activities/template.ts';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { APPLICATIONS, applicationOf, guidsOf } from '../../../src/protocol/applications/applications.ts';
import { isDialHost, readDialAddress, writeDialAddress } from '../../../src/protocol/applications/dial-address.ts';
import { sameGuid } from '../../../src/protocol/applications/guid.ts';
import { readSipContext, writeSipContext } from '../../../src/protocol/applications/sip-context.ts';
import { BrokenRule, decoding, shown, type Target } from '../rules.ts';

/** A registered line, then what another person's side gave for its placeholders: host, port, contact. */
const TEMPLATES: readonly string[] = [
  'sip:{address}:{port}\n192.0.2.7\n5060\nann@home',
  'callto:{address}\n2001:db8::1\n1720\nann@home',
  '"/opt/my phone/call" --to={address}:{port} {role} \'{contact}\' {ownAddress} {ownPort}\n2001:db8::1\n5060\nann@home.example',
  'C:\\call\\call.exe {address}\ndesk.home\n1\nann@home',
  'call {contact} {address}\ndesk.home\n1\n--config=x@home',
];

/** Template and values; undefined where a typed error says no. */
function filled(input: Uint8Array): void {
  const [line = '', address, port, contact = ''] = utf8Decode(input).split('\n');
  let template: Template;
  try {
    template = parseTemplate(line);
  } catch (error) {
    if (error instanceof TemplateError) return;
    throw error;
  }
  for (const placeholder of ['address', 'port', 'role', 'contact', 'ownAddress', 'ownPort'] as const) takes(template, placeholder);
  try {
    const target = fillTemplate(template, {
      ...(address === undefined ? {} : { address }),
      ...(port === undefined ? {} : { port: Number(port) }),
      role: 'inviter',
      contact,
      ownAddress: '192.0.2.1',
      ownPort: 50_000,
    });
    if (!startsNothingElse(template, target)) throw new BrokenRule(`${shown(line)} would start ${shown(target)}`);
  } catch (error) {
    if (!(error instanceof ActivityError)) throw error;
  }
}

function startsNothingElse(template: Template, target: ReturnType<typeof fillTemplate>): boolean {
  if (target.tag === 'url') return /^(?:sips?|callto|h323):[A-Za-z0-9:/?#@!$&()*+,;=._~%[\]-]*$/i.test(target.url);
  if (template.tag === 'url' || target.program !== template.program || target.args.length !== template.words.length) return false;
  return target.args.every((arg, at) => {
    const first = template.words[at]?.[0];
    const isOption = first !== undefined && 'text' in first && first.text.startsWith('-');
    return !/\p{Cc}/u.test(arg) && (isOption || !arg.startsWith('-'));
  });
}

export const ACTIVITY_TARGETS: readonly Target[] = [
  {
    name: 'capabilities',
    seeds: () =>
      ['Requested:SIP_A,;', 'Requested:SIP_A,SIP_V,;Capabilities:SIP_A,SIP_V,;', 'capabilities: sip_a ; requested: sip_v'].map(utf8Encode),
    check: decoding(
      (input) => readSipContext(utf8Decode(input)),
      (context) => utf8Encode(writeSipContext(context)),
    ),
  },
  {
    name: 'application-guid',
    seeds: () => Object.values(APPLICATIONS).flatMap((application) => guidsOf(application).map(utf8Encode)),
    check: (input) => {
      const guid = utf8Decode(input);
      const application = applicationOf(guid);
      if (application === undefined) return;
      if (!guidsOf(application).some((known) => sameGuid(guid, known) && known.length <= guid.length + 2))
        throw new BrokenRule(`${shown(guid)} is taken for ${application.name}`);
    },
  },
  {
    name: 'dial-address',
    seeds: () => ['192.0.2.7', '192.0.2.7:5060', ' [2001:db8::1]:49152', '[::1]', '::ffff:1.2.3.4', 'desk.home:50000'].map(utf8Encode),
    check: decoding(
      (input) => {
        const address = readDialAddress(utf8Decode(input));
        if (!isDialHost(address.host)) throw new BrokenRule(`${shown(address)} is no address`);
        return address;
      },
      (address) => utf8Encode(writeDialAddress(address)),
    ),
  },
  { name: 'activity-template', seeds: () => TEMPLATES.map(utf8Encode), check: filled },
];
