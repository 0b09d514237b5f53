// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readHelpLink, writeHelpLink } from '../../src/protocol/xmpp/help-link.ts';

const PAGE = join(import.meta.dirname, '../../server/page');
const html = readFileSync(join(PAGE, 'index.html'), 'utf8');
const script = readFileSync(join(PAGE, 'page.js'), 'utf8');
const ERIK = { to: 'erik@help.example', name: 'Erik & Söhne', host: 'guest.help.example', server: '192.0.2.7:5222', code: 'K7QM2CFH' };

let times = 0;
/** The page as a browser shows it for an address that ends so. */
async function opened(hash: string): Promise<void> {
  window.location.hash = hash;
  document.body.innerHTML = /<body>(.*)<\/body>/s.exec(html)?.[1] ?? '';
  times += 1;
  await import(/* @vite-ignore */ `${join(PAGE, 'page.js')}?${times}`);
}

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

describe('the page that a link for somebody new leads to', () => {
  it('opens the program with the very link, and says what to type where it does not open', async () => {
    const link = writeHelpLink(ERIK, 'https://help.example/h/');
    await opened(new URL(link).hash);
    const open = byId('open').getAttribute('href') ?? '';
    expect(open).toMatch(/^ringback:help\?v=1&/);
    expect(readHelpLink(open)).toEqual(ERIK);
    expect([byId('address').textContent, byId('code').textContent]).toEqual([ERIK.to, 'K7QM 2CFH']);
    expect([byId('with-link').hidden, byId('without-link').hidden]).toEqual([false, true]);
    expect([byId('who').hidden, byId('whom').textContent]).toEqual([false, '“Erik & Söhne”, erik@help.example']);
  });

  it('says to type the address and the code, and to paste the link where there is more in it', async () => {
    const byHand = () => [...document.querySelectorAll<HTMLElement>('.by-hand')].map(({ hidden }) => hidden);
    await opened(new URL(writeHelpLink({ to: ERIK.to, code: ERIK.code }, 'https://help.example/h/')).hash);
    expect([byHand(), byId('paste').hidden, byId('whom').textContent]).toEqual([[false, false], true, ERIK.to]);
    await opened(new URL(writeHelpLink(ERIK, 'https://help.example/h/')).hash);
    expect([byHand(), byId('paste').hidden]).toEqual([[true, true], false]);
  });

  it('is read again when the next link is pasted over it', async () => {
    await opened(new URL(writeHelpLink(ERIK, 'https://help.example/h/')).hash);
    const again = vi.spyOn(window.location, 'reload').mockImplementation(() => {});
    window.dispatchEvent(new Event('hashchange'));
    expect(again).toHaveBeenCalled();
  });

  it.each([
    '',
    '#v=1&to=erik%40help.example&code=K7QM2CFH',
    '#v=2&to=erik%40help.example&code=K7QM2CFH&end=1',
    '#v=1&to=erik%40help.example&code=<b>&end=1',
    '#v=1&to=help.example&code=K7QM2CFH&end=1',
    '#javascript:alert(1)',
    `#v=1&to=erik%40help.example&code=K7QM2CFH&name=${'x'.repeat(5_000)}&end=1`,
  ])('leads nowhere by %s, and says what to do by hand', async (hash) => {
    await opened(hash);
    expect(byId('open').getAttribute('href')).toBe('#');
    expect([byId('with-link').hidden, byId('without-link').hidden]).toEqual([true, false]);
  });

  it('loads and sends nothing of anybody else', () => {
    const policy = /content="(default-src[^"]+)"/.exec(html)?.[1];
    expect(policy).toBe("default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'");
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url);
    expect(loaded).toEqual(['page.css', 'page.js', 'download/', '#']);
    expect(html).not.toMatch(/<script[^>]*>[^<]|style="|\son[a-z]+="/);
    expect(script).not.toMatch(/fetch|XMLHttp|sendBeacon|innerHTML|eval|import|cookie|localStorage/);
  });
});
