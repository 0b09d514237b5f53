import type { Plugin } from 'vite';

const SHEET = /[ \t]*<link rel="stylesheet"[^>]*>\n?/g;
const DESIGN = /\/design-[^/"]*\.css"/;

/**
 * Puts the stylesheet of the design before a window's own, which are to win over it. Vite puts the one that several pages share last, whatever the order is in
 * which they are imported.
 */
export function designFirst(): Plugin {
  return {
    name: 'design-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const sheets = html.match(SHEET) ?? [];
        const design = sheets.find((sheet) => DESIGN.test(sheet));
        if (design === undefined || sheets[0] === design || sheets[0] === undefined) return html;
        return html.replace(design, '').replace(sheets[0], `${design}${sheets[0]}`);
      },
    },
  };
}
