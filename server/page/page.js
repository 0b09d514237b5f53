/*
 * Turns what stands behind the `#` of this page's address into a link that opens Ringback. A browser never sends that part to a server, and this script
 * sends nothing anywhere. What it does not understand it leaves alone: the page then says what to do by hand.
 */
// The next link, pasted over this one, is another one: without this the page would go on with the code before.
addEventListener('hashchange', () => location.reload());
const fields = location.hash.slice(1);
// The grammar of the link (src/protocol/xmpp/help-link.ts), so that nothing else can follow `ringback:`.
if (fields.length <= 4000 && /^v=1&[A-Za-z0-9%._~=&+-]*&end=1$/.test(fields)) {
  const told = new URLSearchParams(fields);
  const to = told.get('to') ?? '';
  const code = told.get('code') ?? '';
  if (/^[^\s@]+@[^\s@]+$/.test(to) && /^[A-Za-z0-9]{8}$/.test(code)) {
    document.getElementById('open').href = `ringback:help?${fields}`;
    const name = (told.get('name') ?? '').trim().slice(0, 60);
    // More than an address and a code is more than anybody would type.
    const longer = told.has('server') || told.has('host');
    document.getElementById('whom').textContent = name === '' ? to : `“${name}”, ${to}`;
    document.getElementById('paste').hidden = !longer;
    for (const part of document.querySelectorAll('.by-hand')) part.hidden = longer;
    document.getElementById('who').hidden = false;
    document.getElementById('address').textContent = to;
    document.getElementById('code').textContent = `${code.slice(0, 4)} ${code.slice(4)}`.toUpperCase();
    document.getElementById('with-link').hidden = false;
    document.getElementById('without-link').hidden = true;
  }
}
