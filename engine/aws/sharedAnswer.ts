/**
 * One answer that is the same whichever region is asked, such as whose credentials these are: asked for once, and never
 * waited for longer than a moment in a region that does not answer. Owns the answer, and who is being asked.
 */
import { type Clock, systemClock } from '../clock.ts';

/** Who asks first gets so long before others ask in their own region as well, ms of real time. */
const HEAD_START_MS = 1_000;

/**
 * @param ask asks in one region
 * @param isGood may the answer still be used?
 * @param clock of what is waited for on the network. @default real time
 * @returns asks where one is, unless somebody else has heard already; throws what asking there threw
 */
export function sharedAnswer<Answer>(
  ask: (region: string) => Promise<Answer>,
  isGood: (answer: Answer) => boolean = () => true,
  clock: Clock = systemClock(),
): (region: string) => Promise<Answer> {
  let held: { readonly answer: Answer } | undefined;
  let heard = Promise.withResolvers<Answer>();
  const asking = new Map<string, Promise<Answer>>();

  function askIn(region: string): Promise<Answer> {
    const asked = asking.get(region);
    if (asked !== undefined) return asked;
    const answer = ask(region)
      .then((it) => {
        held = { answer: it };
        heard.resolve(it);
        heard = Promise.withResolvers();
        return it;
      })
      .finally(() => asking.delete(region));
    asking.set(region, answer);
    return answer;
  }

  /** Waits a moment for those who are asking already. */
  async function headStart(): Promise<void> {
    const over = new AbortController();
    const others = Promise.any(asking.values()).catch(() => {});
    await Promise.race([others, clock.sleepUntil(clock.now() + HEAD_START_MS, over.signal)]);
    over.abort();
  }

  return async (region) => {
    const isKnown = () => held !== undefined && isGood(held.answer);
    if (!isKnown() && asking.size > 0 && !asking.has(region)) await headStart();
    return isKnown() ? held!.answer : Promise.race([heard.promise, askIn(region)]);
  };
}
