import type { XmlElement } from '../xml/xml.ts';

/** An element's name without its prefix: routers choose prefixes as they like, and some declare none. */
export function localName({ name }: XmlElement<string>): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The child elements; none of what is not there. */
export function elementsOf(element: XmlElement<string> | undefined): readonly XmlElement<string>[] {
  return (element?.children ?? []).filter((child) => typeof child !== 'string');
}

export function childNamed(element: XmlElement<string> | undefined, name: string): XmlElement<string> | undefined {
  return elementsOf(element).find((child) => localName(child) === name);
}

/** The text of the child of this name, without space around it; undefined where there is no such child. */
export function textIn(element: XmlElement<string> | undefined, name: string): string | undefined {
  const child = childNamed(element, name);
  return child?.children
    .filter((part) => typeof part === 'string')
    .join('')
    .trim();
}
