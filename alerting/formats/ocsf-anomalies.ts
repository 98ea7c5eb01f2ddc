import type { IncidentRevision } from '../../schemas/incident.ts';
import { rounded } from '../rounded.ts';
import { plainText, textLimits } from './plain-text.ts';

/** One thing that was observed beside what is typical, both in words with their unit. */
interface Compared {
  parameter: string;
  observed: string;
  typical: string;
  pattern: 'ABOVE_TYPICAL' | 'BELOW_TYPICAL' | 'ABOVE_THRESHOLD' | 'BELOW_THRESHOLD';
  typicalPattern: 'TYPICAL' | 'THRESHOLD';
}

/** The explanation of an incident as an OCSF `anomaly_analysis`: observed against typical, strongest feature first. */
export function anomalyAnalysisOf(incident: IncidentRevision) {
  const compared = [...featuresOf(incident), ...evidenceOf(incident)];
  const observation_type = 'Deviation Analysis';
  const risk = {
    observation_parameter: 'risk, 0 to 100',
    observation_type,
    observations: [{ value: `${rounded(incident.risk)}` }],
  };
  return {
    analysis_targets: [{ name: incident.subject, type: 'User Account' }],
    anomalies: [
      ...compared.map(({ parameter, observed, pattern }) => ({
        observation_parameter: parameter,
        observation_type,
        observations: [{ value: observed }],
        observed_pattern: pattern,
      })),
      // There may be neither a feature nor evidence; risk there always is.
      risk,
    ],
    ...(compared.length === 0
      ? {}
      : {
          baselines: compared.map(({ parameter, typical, typicalPattern }) => ({
            observation_parameter: parameter,
            observation_type,
            observations: [{ value: typical }],
            observed_pattern: typicalPattern,
          })),
        }),
  };
}

function featuresOf({ contributions }: IncidentRevision): Compared[] {
  return contributions.map(({ modality, feature, observed, typical, unit, direction }) => {
    const inUnit = (value: number) => `${rounded(value)} ${plainText(unit, textLimits.feature)}`.trimEnd();
    return {
      parameter: `${modality}: ${plainText(feature, textLimits.feature)}`,
      observed: inUnit(observed),
      typical: inUnit(typical),
      pattern: direction === 'high' ? 'ABOVE_TYPICAL' : 'BELOW_TYPICAL',
      typicalPattern: 'TYPICAL',
    };
  });
}

function evidenceOf({ evidence }: IncidentRevision): Compared[] {
  return evidence.map(({ clock, value, threshold }) => ({
    parameter: `evidence on the ${clock} clock`,
    observed: `${rounded(value)}`,
    typical: `${rounded(threshold)}`,
    pattern: value >= threshold ? 'ABOVE_THRESHOLD' : 'BELOW_THRESHOLD',
    typicalPattern: 'THRESHOLD',
  }));
}
