/** Stages that deploy by themselves: a change of the API reaches them a moment later. Owns: those deployments. */
import { addDeployment, type HttpApi, now } from './state.ts';

/** [low, high) seconds. Source: SPEC.md, "Durations". */
const DEPLOYING = [1, 4] as const;

/** Lets every stage with automatic deployment take over what the API now is. */
export function deployByItself(api: HttpApi): void {
  const { region } = api;
  for (const [name, stage] of api.stages) {
    if (stage['autoDeploy'] !== true || api.deploying.has(name)) continue;
    api.deploying.add(name);
    const seconds = region.random(`apigateway/${api.id}/${api.draws++}`).between(...DEPLOYING);
    region.after(Math.ceil(seconds * 1000), () => {
      api.deploying.delete(name);
      const current = api.stages.get(name);
      if (current === undefined || api.routes.size === 0) return;
      const deploymentId = addDeployment(api, {
        autoDeployed: true,
        description: 'Automatic deployment triggered by changes to the Api configuration',
      });
      api.stages.set(name, {
        ...current,
        deploymentId,
        lastUpdatedDate: now(region),
        lastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${deploymentId}'`,
      });
    });
  }
}
