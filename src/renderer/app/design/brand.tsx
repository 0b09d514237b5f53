/** The mark of the app: a ring that turns back, with a person in it. The same drawing as assets/icons/ringback.svg. */
export function BrandMark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" className="brand-mark">
      <rect className="brand-mark__ground" width="64" height="64" rx="15" />
      <path className="brand-mark__ring" d="M20.7 20.7 A16 16 0 1 0 43.3 20.7" fill="none" strokeWidth="6.5" strokeLinecap="round" />
      <path className="brand-mark__head" d="M13.2 26.6 L14.6 13 L27.4 18.6 Z" strokeWidth="2.5" strokeLinejoin="round" />
      <circle className="brand-mark__dot" cx="32" cy="32" r="5.5" />
    </svg>
  );
}
