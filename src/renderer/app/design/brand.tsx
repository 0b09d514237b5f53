/** The mark of the app: a ring that turns back, with a person in it. The same drawing as assets/icons/ringback.svg. */
export function BrandMark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" className="brand-mark">
      <rect className="brand-mark__ground" width="64" height="64" rx="15" />
      <path className="brand-mark__ring" d="M41.5 20.4 A16 16 0 1 1 17.8 29.1" fill="none" strokeWidth="6.5" strokeLinecap="round" />
      <path className="brand-mark__head" d="M10.9 26.8 L21.6 17.2 L24.6 31.3 Z" strokeWidth="2.5" strokeLinejoin="round" />
      <circle className="brand-mark__dot" cx="33" cy="34" r="5" />
    </svg>
  );
}
