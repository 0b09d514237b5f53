import { useEffect, useRef } from 'react';

/** What has just appeared is what the person is waiting for, wherever the page stands. */
export function useBroughtIntoView() {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.scrollIntoView({ block: 'center' }), []);
  return element;
}
