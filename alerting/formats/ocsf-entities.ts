import type { IncidentRevision } from '../../schemas/incident.ts';
import type { Identity } from './identity.ts';

/** What a host may be called in DNS (RFC 1123). Another name is told as `name`, and not as `hostname`. */
const dnsName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
/** `device.type_id`: nothing here knows what kind of machine it is. */
const unknownDevice = 0;
/** `user.type_id`: a person's account. */
const person = 1;
/** `observable.type_id`. */
const observableTypes = { hostname: 1, userName: 4, userUid: 31, deviceUid: 47 } as const;

interface OcsfUser {
  uid: string;
  type_id: number;
  name?: string;
  full_name?: string;
  domain?: string;
  groups?: { name: string }[];
}

interface OcsfDevice {
  uid: string;
  type_id: number;
  /** Pseudonym of the host, where the collector gave one. */
  instance_uid?: string;
  name?: string;
  hostname?: string;
}

/** The account: its pseudonym, and whom it stands for where the directory says so. */
export function userOf(subject: string, { name, fullName, domain, groups }: Identity): OcsfUser {
  return {
    uid: subject,
    type_id: person,
    ...(name === '' ? {} : { name }),
    ...(fullName === '' ? {} : { full_name: fullName }),
    ...(domain === '' ? {} : { domain }),
    ...(groups.length === 0 ? {} : { groups: groups.map((group) => ({ name: group })) }),
  };
}

/** The device that the input came from. */
export function deviceOf({ device, host }: IncidentRevision, { hostName }: Identity): OcsfDevice {
  return {
    uid: device,
    type_id: unknownDevice,
    ...(host === null ? {} : { instance_uid: host }),
    ...(hostName === '' ? {} : { name: hostName }),
    ...(dnsName.test(hostName) ? { hostname: hostName } : {}),
  };
}

/** What an analyst would search for. */
export function observablesOf(subject: string, user: OcsfUser, device: OcsfDevice) {
  const { userUid, userName, deviceUid, hostname } = observableTypes;
  return [
    { name: 'evidences[].actor.user.uid', type_id: userUid, value: subject },
    { name: 'device.uid', type_id: deviceUid, value: device.uid },
    ...(user.name === undefined ? [] : [{ name: 'evidences[].actor.user.name', type_id: userName, value: user.name }]),
    ...(device.hostname === undefined ? [] : [{ name: 'device.hostname', type_id: hostname, value: device.hostname }]),
  ];
}
