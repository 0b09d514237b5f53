import { useEffect, useRef } from 'react';

/** A ref whose element scrolls into view when it appears, because it is what the person is waiting for. */
export function useBroughtIntoView() {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.scrollIntoView({ block: 'center' }), []);
  return element;
}
