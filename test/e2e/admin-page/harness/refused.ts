/** A refusal of the resolver, in words for the person. */
export class Refused extends Error {}
