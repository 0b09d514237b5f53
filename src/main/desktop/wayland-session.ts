/**
 * Does the desktop of this session speak Wayland? An X server may be there as well (Xwayland), for programs that speak nothing else.
 * @param env WAYLAND_DISPLAY, XDG_SESSION_TYPE
 */
export function isWaylandSession(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['WAYLAND_DISPLAY'] ?? '') !== '' || env['XDG_SESSION_TYPE'] === 'wayland';
}
