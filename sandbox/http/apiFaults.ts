/** Applies a scenario's rules about API calls. Owns: how many calls each rule has seen. */
import { AwsFault } from '../fault.ts';
import { type ApiEffect, type ApiRule, apiRules, type Scenario, type Subject } from '../scenario/index.ts';

export class ApiFaults {
  readonly #seen = new WeakMap<ApiRule, number>();

  /** The effect on this call, of the first rule that concerns it; every matching rule counts the call. */
  next(scenario: Scenario, subject: Subject): ApiEffect | undefined {
    const concerned = apiRules(scenario, subject).filter((rule) => {
      const seen = (this.#seen.get(rule) ?? 0) + 1;
      this.#seen.set(rule, seen);
      const first = rule.when.nth ?? 1;
      const times = rule.effect.times ?? (rule.when.nth === undefined ? Number.POSITIVE_INFINITY : 1);
      return seen >= first && seen < first + times;
    });
    return concerned[0]?.effect;
  }
}

/** The error that an effect asks for, with AWS's usual text and status where the rule gives none. */
export function faultOf(effect: ApiEffect, operation: string): AwsFault | undefined {
  if (effect.error === undefined) return undefined;
  const [message, status] = usual(effect.error, operation);
  return new AwsFault(effect.error, effect.message ?? message, effect.status ?? status);
}

function usual(code: string, operation: string): [string, number] {
  if (/^(?:Throttling|ThrottlingException|RequestLimitExceeded)$/.test(code)) return ['Rate exceeded', 400];
  if (code === 'TooManyRequestsException') return ['Rate exceeded', 429];
  if (/^AccessDenied/.test(code)) {
    return [`User is not authorized to perform: ${operation} because no identity-based policy allows the action`, 403];
  }
  if (/^(?:ServerException|ServiceException|InternalError|InternalFailure|InternalServiceError)$/.test(code)) {
    return ['Service Unavailable. Please try again later.', 500];
  }
  return [`${code} as the scenario asks`, 400];
}
