/** Images that cannot be had or do not fit. */
import { type Rule, SOURCE } from './rule.ts';

export const IMAGES: readonly Rule[] = [
  {
    id: 'image-platform',
    pattern:
      /does not contain descriptor matching platform '?(?<platform>[\w/.-]+)|exec format error|exec user process caused/i,
    class: 'image',
    cause: 'the image is not built for {platform|the processor architecture that the task runs on}',
    next: 'build it for {platform|that architecture} (`docker buildx build --platform …`), or set runtimePlatform.cpuArchitecture to what it is built for',
    fix: 'other-architecture',
    source: SOURCE.pulling,
  },
  {
    id: 'image-not-found',
    pattern:
      /(?:CannotPullContainerError.{0,500}?)?failed to resolve ref (?<image>\S+?): \S*: not found|CannotPullContainerError.*(?:not found|manifest unknown|does not exist|name unknown)/is,
    class: 'image',
    cause: 'the registry has no {image|such image}: the name or tag is wrong, or it was not pushed',
    next: 'push {image|the image}, or correct its name and tag',
    fix: 'previous-image',
    source: SOURCE.pulling,
  },
  {
    id: 'registry-unreachable',
    pattern:
      /CannotPull(?:Container)?(?:Image)?(?:Manifest)?Error.*(?:i\/o timeout|deadline exceeded|no such host|connection refused|request canceled|connection reset|EOF|TLS)|cannot pull registry auth from Amazon ECR|CannotPullECRContainerError/is,
    class: 'configuration',
    cause: 'the task cannot reach the registry from its subnets',
    next: 'give the subnets a way out: a NAT gateway, assignPublicIp ENABLED in public subnets, or VPC endpoints for ECR (api, dkr) and S3; and let the security group send to port 443',
    source: SOURCE.starting,
  },
  {
    id: 'image-too-large',
    pattern: /CannotPull.*no space left on device|CannotCreateContainer.*no space left/is,
    class: 'configuration',
    cause: 'the image does not fit on the disk of the task',
    next: 'raise ephemeralStorage.sizeInGiB (Fargate) or the disk of the instance, or make the image smaller',
    source: SOURCE.pulling,
  },
  {
    id: 'function-image-not-found',
    pattern: /Source image (?<image>\S+) does not exist|ImageDeleted/i,
    class: 'image',
    cause: 'Amazon ECR has no {image|such image} any more, or never had it',
    next: 'push {image|the image}, or correct Code.ImageUri',
    fix: 'previous-code',
    source: SOURCE.lambda,
  },
  {
    id: 'function-image-invalid',
    pattern: /InvalidImage|UnsupportedImage/i,
    class: 'image',
    cause:
      "Lambda cannot run the image: its format, its architecture or its entry point does not fit the function's definition",
    next: 'build it for the architecture of the function, as a single-platform image (`--provenance=false`), with the entry point of a Lambda base image',
    source: SOURCE.lambdaStates,
  },
  {
    id: 'image-unusable',
    pattern: /CannotPull(?:Container|Image|ECR)\w*/i,
    class: 'image',
    cause: 'the image cannot be pulled',
    next: 'check the image name and tag in the task definition, and that it is pushed for this platform',
    source: SOURCE.pulling,
  },
];
