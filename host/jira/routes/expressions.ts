import * as v from 'valibot';
import { visibleIssue, visibleProject } from '../access';
import { badRequest } from '../errors';
import { expressionIssue, expressionProject, expressionUser } from '../expressions/context';
import { ExpressionError } from '../expressions/expression-error';
import { evaluateExpression, parseExpression } from '../expressions/interpreter';
import { ok, route, type Call, type Route } from '../http';

const reference = v.looseObject({ id: v.optional(v.number()), key: v.optional(v.string()) });
const evaluateBody = v.looseObject({
  expression: v.string(),
  context: v.optional(
    v.looseObject({
      issue: v.optional(reference),
      project: v.optional(reference),
      custom: v.optional(v.array(v.looseObject({ type: v.string() })), []),
    }),
    { custom: [] },
  ),
});

const text = (ref: v.InferOutput<typeof reference>): string => String(ref.id ?? ref.key ?? '');

async function evaluate(call: Call): Promise<Response> {
  const body = await call.body(evaluateBody);
  const { jira, viewer } = call;
  const variables: Record<string, unknown> = { user: expressionUser(jira, viewer) };
  if (body.context.issue) {
    const issue = visibleIssue(jira, viewer, text(body.context.issue));
    variables['issue'] = expressionIssue(jira, issue);
    variables['project'] = expressionProject(jira, visibleProject(jira, viewer, issue.projectId));
  }
  if (body.context.project)
    variables['project'] = expressionProject(jira, visibleProject(jira, viewer, text(body.context.project)));
  for (const custom of body.context.custom) {
    if (custom.type === 'json' && typeof custom['name'] === 'string')
      variables[custom['name']] = custom['value'];
  }
  try {
    return ok({ value: evaluateExpression(body.expression, variables) ?? null });
  } catch (error) {
    if (error instanceof ExpressionError)
      throw badRequest(`Evaluation failed: "${body.expression}" - ${error.message}`);
    throw error;
  }
}

async function analyse(call: Call): Promise<Response> {
  const body = await call.body(v.looseObject({ expressions: v.array(v.string()) }));
  return ok({
    results: body.expressions.map((expression) => {
      try {
        parseExpression(expression);
        return { expression, valid: true, type: 'Any' };
      } catch (error) {
        const message = error instanceof Error ? error.message : 'The expression is not valid.';
        return { expression, valid: false, errors: [{ message, type: 'syntax' }] };
      }
    }),
  });
}

/** Jira expressions. */
export const expressionRoutes: readonly Route[] = [
  route('POST', '/expression/evaluate', evaluate, { anonymous: true }),
  route('POST', '/expression/analyse', analyse, { anonymous: true }),
];
