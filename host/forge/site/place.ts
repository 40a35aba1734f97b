import type { Context } from 'hono';
import * as v from 'valibot';
import type { FramePlace } from '../bridge/host-protocol';
import type { Env } from './api-env';

/** Entries of a schema for the place of a frame. */
export const PlaceEntries = {
  issue: v.optional(v.string()),
  dashboard: v.optional(v.string()),
  gadget: v.optional(v.string()),
  entry: v.optional(v.picklist(['view', 'edit'])),
};
const PlaceSchema = v.object(PlaceEntries);

/** The place that the query names. Throws ValiError when it is none. */
export const placeOf = (context: Context<Env>): FramePlace => v.parse(PlaceSchema, context.req.query());
