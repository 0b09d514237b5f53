/* What electron-builder is told. The package itself is looked at in test/packaging. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const builder = read('electron-builder.yml');

describe('the package', () => {
  // electron-builder writes --no-sandbox into the desktop entry where nobody says which switches there are.
  it('starts as an AppImage with its sandbox', () => {
    expect(builder).toMatch(/^appImage:\n {2}executableArgs: \[\]$/m);
  });

  it('keeps all that is not a native library inside the archive', () => {
    expect(builder).toMatch(/^asarUnpack: \["\*\*\/\*\.node"\]$/m);
  });

  it('has the hardened runtime on macOS, and lets go of nothing but the compiler', () => {
    expect(builder).toMatch(
      /^ {2}hardenedRuntime: true\n {2}entitlements: assets\/mac\/entitlements\.plist\n {2}entitlementsInherit: assets\/mac\/entitlements\.plist$/m,
    );
    expect([...read('assets/mac/entitlements.plist').matchAll(/<key>([^<]+)<\/key>/g)].map(([, key]) => key)).toEqual([
      'com.apple.security.cs.allow-jit',
    ]);
  });

  it('is signed and notarised where the environment says so: no key, identity or refusal stands in the file', () => {
    for (const word of ['cscLink', 'cscKeyPassword', 'certificateFile', 'certificatePassword', 'identity', 'notarize'])
      expect(builder).not.toContain(word);
    const guide = read('CONTRIBUTING.md');
    for (const name of ['CSC_LINK', 'APPLE_API_KEY', 'APPLE_TEAM_ID', 'WIN_CSC_LINK']) expect(guide).toContain(`\`${name}\``);
  });

  it('never allows itself to run without a sandbox', () => {
    for (const file of ['electron-builder.yml', 'package.json', 'scripts/start.ts', 'scripts/run.mjs'])
      expect(read(file)).not.toContain('RINGBACK_WITHOUT_SANDBOX');
  });
});
