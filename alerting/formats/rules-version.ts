/**
 * Of the rules of incidents and of every document that tells of them. Raised with every change to an alert's bytes, and
 * never by a release alone: an alert that a newer program writes again, after a crash or a loss, must have the bytes of the
 * first one. Formats that ask for a device's or product's version get this one.
 */
export const alertRulesVersion = '2';
