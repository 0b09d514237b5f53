/** Guests' invitations that are looked at in a row, and how soon one more is: a server delivers as many as anybody likes. */
const BURST = 30;
const NEXT_MS = 250;
/** Of one address within a minute. A guest who has typed a wrong code comes back under another one. */
const OF_ONE_ADDRESS = 15;
const MINUTE_MS = 60_000;

/** How many guests' invitations are looked at. What is beyond it is dropped unread; whoever stops flooding locks nobody out for longer than a moment. */
export class GuestTraffic {
  private readonly nowMs: () => number;
  private places = BURST;
  private countedMs: number;
  private looked: { readonly address: string; readonly atMs: number }[] = [];

  /** `nowMs` never goes back. */
  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
    this.countedMs = nowMs();
  }

  get isOpen(): boolean {
    this.count();
    return this.places >= 1;
  }

  /** Takes a place for an invitation of this address; false where it has none. */
  admits(address: string): boolean {
    this.count();
    const nowMs = this.nowMs();
    this.looked = this.looked.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
    if (this.places < 1 || this.looked.filter((one) => one.address === address).length >= OF_ONE_ADDRESS) return false;
    this.places -= 1;
    this.looked.push({ address, atMs: nowMs });
    return true;
  }

  private count(): void {
    const nowMs = this.nowMs();
    this.places = Math.min(BURST, this.places + (nowMs - this.countedMs) / NEXT_MS);
    this.countedMs = nowMs;
  }
}
