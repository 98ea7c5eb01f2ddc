import type { IncidentAlert } from '../alerts/alert.ts';
import { plainText, textLimits } from './plain-text.ts';

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
export function userOf({ incident, person: known }: IncidentAlert): OcsfUser {
  const { name = '', fullName, domain, groups = [] } = known ?? {};
  const said = {
    name: plainText(name, textLimits.name),
    full_name: plainText(fullName ?? '', textLimits.name),
    domain: plainText(domain ?? '', textLimits.name),
  };
  const told = groups
    .slice(0, textLimits.groups)
    .map((group) => plainText(group, textLimits.group))
    .filter((group) => group !== '');
  return {
    uid: incident.subject,
    type_id: person,
    ...(said.name === '' ? {} : { name: said.name }),
    ...(said.full_name === '' ? {} : { full_name: said.full_name }),
    ...(said.domain === '' ? {} : { domain: said.domain }),
    ...(told.length === 0 ? {} : { groups: told.map((group) => ({ name: group })) }),
  };
}

/** The device that the input came from. */
export function deviceOf({ incident, hostName }: IncidentAlert): OcsfDevice {
  const name = plainText(hostName ?? '', textLimits.hostName);
  return {
    uid: incident.device,
    type_id: unknownDevice,
    ...(incident.host === null ? {} : { instance_uid: incident.host }),
    ...(name === '' ? {} : { name }),
    ...(dnsName.test(name) ? { hostname: name } : {}),
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
