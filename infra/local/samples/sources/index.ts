/** The samples of every source. */
import { appGateSdp } from './appGateSdp';
import { awsGuardDuty } from './awsGuardDuty';
import { awsVpc } from './awsVpc';
import { azureFirewall } from './azureFirewall';
import { azureNsgTrafficAnalytics } from './azureNsgTrafficAnalytics';
import { azureTrafficAnalytics } from './azureTrafficAnalytics';
import { barracudaWaf } from './barracudaWaf';
import { barracudaWafCef } from './barracudaWafCef';
import { carbonBlackCloud } from './carbonBlackCloud';
import { checkPointFirewall } from './checkPointFirewall';
import { checkPointSmartDefense } from './checkPointSmartDefense';
import { ciscoAsa } from './ciscoAsa';
import { ciscoFirepower } from './ciscoFirepower';
import { ciscoFtd } from './ciscoFtd';
import { ciscoIse } from './ciscoIse';
import { ciscoMeraki } from './ciscoMeraki';
import { corelightZeek } from './corelightZeek';
import { crowdStrikeFalcon } from './crowdStrikeFalcon';
import { defenderIotAgent } from './defenderIotAgent';
import { defenderIotSensor } from './defenderIotSensor';
import { forcepointNgfw } from './forcepointNgfw';
import { fortinetFortiGate } from './fortinetFortiGate';
import { gigamon } from './gigamon';
import { illumioCore } from './illumioCore';
import { microsoftDefenderEndpoint } from './microsoftDefenderEndpoint';
import { paloAltoCortexDataLake } from './paloAltoCortexDataLake';
import { paloAltoPanOs } from './paloAltoPanOs';
import type { SourceSample } from './scene';
import { sentinelOne } from './sentinelOne';
import { sonicWall } from './sonicWall';
import { sysmon } from './sysmon';
import { sysmonForLinux } from './sysmonForLinux';
import { vectraStream } from './vectraStream';
import { vmConnection } from './vmConnection';
import { watchGuardFireware } from './watchGuardFireware';
import { windowsFirewall } from './windowsFirewall';
import { zscalerZia } from './zscalerZia';

export const SOURCE_SAMPLES: readonly SourceSample[] = [
  appGateSdp,
  awsGuardDuty,
  awsVpc,
  azureFirewall,
  azureNsgTrafficAnalytics,
  azureTrafficAnalytics,
  barracudaWaf,
  barracudaWafCef,
  carbonBlackCloud,
  checkPointFirewall,
  checkPointSmartDefense,
  ciscoAsa,
  ciscoFirepower,
  ciscoFtd,
  ciscoIse,
  ciscoMeraki,
  corelightZeek,
  crowdStrikeFalcon,
  defenderIotAgent,
  defenderIotSensor,
  forcepointNgfw,
  fortinetFortiGate,
  gigamon,
  illumioCore,
  microsoftDefenderEndpoint,
  paloAltoCortexDataLake,
  paloAltoPanOs,
  sentinelOne,
  sonicWall,
  sysmon,
  sysmonForLinux,
  vectraStream,
  vmConnection,
  watchGuardFireware,
  windowsFirewall,
  zscalerZia,
];
