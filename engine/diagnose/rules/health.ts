/** Health checks: of containers, and of load balancers. */
import { type Rule, SOURCE } from './rule.ts';

export const HEALTH: readonly Rule[] = [
  {
    id: 'target-group-not-found',
    pattern: /TARGET GROUP IS NOT FOUND/i,
    class: 'configuration',
    cause: 'the target group of the service is gone',
    next: 'create the target group again, or correct loadBalancers in the service definition',
    source: SOURCE.events,
  },
  {
    id: 'target-zone-disabled',
    pattern: /Availability Zone that is not enabled for the load balancer/i,
    class: 'configuration',
    cause: 'a task runs in an Availability Zone that the load balancer does not serve',
    next: 'add a subnet of that zone to the load balancer, or take its subnet out of the service',
    source: SOURCE.targets,
  },
  {
    id: 'target-group-unused',
    pattern: /Target\.NotInUse|not configured to receive traffic from the load balancer/i,
    class: 'configuration',
    cause: 'no listener or rule forwards to the target group, so its targets are never checked',
    next: 'forward to the target group from a listener or rule of a load balancer',
    source: SOURCE.targets,
  },
  {
    id: 'target-wrong-answer',
    pattern: /Health checks failed with these codes: \[(?<codes>[^\]]*)\]|Target\.ResponseCodeMismatch/i,
    class: 'health check',
    cause: 'the new tasks answer the health check with {codes|a status} instead of what the target group expects',
    next: "look at what the path of the health check does in this revision (its logs, its dependencies), or correct the target group's path and matcher",
    inLogs: true,
    source: SOURCE.targets,
  },
  {
    id: 'target-timed-out',
    pattern: /Request timed out|Connection to the target timed out|Target\.Timeout/i,
    class: 'health check',
    cause:
      'the new tasks do not answer the health check in time: nothing listens on the port, or a security group is in between',
    next: "check that the program listens on the container port on all addresses, and that the tasks' security group lets the load balancer in",
    inLogs: true,
    source: SOURCE.targets,
  },
  {
    id: 'container-unhealthy',
    pattern: /failed container health checks/i,
    class: 'health check',
    cause: "the container's own health check fails",
    next: 'run the command of healthCheck in the image: is the tool there, does the program answer? Give a slow starter a startPeriod',
    inLogs: true,
    source: SOURCE.task,
  },
  {
    id: 'target-unhealthy',
    pattern:
      /failed ELB health checks|is (?:unhealthy|not healthy) in|Health checks failed|Target\.FailedHealthChecks|TARGET IS NOT FOUND/i,
    class: 'health check',
    cause: 'the load balancer does not find the new tasks healthy',
    next: 'look at the container logs and at what the health check asks; give slow starters a healthCheckGracePeriodSeconds',
    inLogs: true,
    source: SOURCE.events,
  },
  {
    id: 'target-gone',
    pattern:
      /Target\.(?:NotRegistered|InvalidState|IpUnusable|DeregistrationInProgress)|Target is not registered|Target deregistration is in progress/i,
    class: 'health check',
    cause: 'a target is not, or no longer, in its target group',
    next: 'look whether something else registers and deregisters targets, and whether the tasks still run',
    source: SOURCE.targets,
  },
  {
    id: 'target-not-checked',
    pattern: /Target\.HealthCheckDisabled|Health checks (?:are )?not enabled/i,
    class: 'health check',
    cause: 'the target group has health checks turned off',
    next: 'turn on the health checks of the target group',
    source: SOURCE.targets,
  },
  {
    id: 'load-balancer-trouble',
    pattern: /Elb\.InternalError|HealthUnavailable/i,
    class: 'unknown',
    cause: 'the load balancer had trouble of its own and could not check its targets',
    next: 'deploy again; if it stays, look at the AWS Health Dashboard',
    source: SOURCE.targets,
  },
  {
    id: 'target-still-registering',
    pattern:
      /Elb\.(?:RegistrationInProgress|InitialHealthChecking)|Target registration is in progress|Initial health checks in progress/i,
    class: 'timeout',
    cause: 'the load balancer had not finished its first health checks',
    next: "lower the interval and the healthy threshold of the target group's health check, or raise stabilityCheck.timeout",
    source: SOURCE.targets,
  },
  {
    id: 'hook-failed',
    pattern: /lifecycle hook|hook execution|HOOK_(?:FAILED|TIMED_OUT)|hook[^.]*\b(?:FAILED|TIMED_OUT)\b/i,
    class: 'health check',
    cause: 'a lifecycle hook of the deployment did not let it go on',
    next: "look at the logs of the hook's function, and at whether its role may invoke it",
    source: SOURCE.deployments,
  },
];
