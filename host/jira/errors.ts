/** A refusal in Jira's own shape: `{errorMessages, errors}` and a status code. */
export class JiraError extends Error {
  readonly status: number;
  readonly errorMessages: readonly string[];
  readonly errors: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errorMessages: readonly string[],
    errors: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(errorMessages[0] ?? Object.values(errors)[0] ?? `HTTP ${status}`);
    this.name = 'JiraError';
    this.status = status;
    this.errorMessages = errorMessages;
    this.errors = errors;
    this.headers = headers;
  }

  /** The answer Jira would send. */
  toResponse(): Response {
    return Response.json(
      { errorMessages: this.errorMessages, errors: this.errors },
      { status: this.status, headers: { ...this.headers } },
    );
  }
}

/** 404 for what does not exist or may not be seen: Jira does not tell the two apart. */
export const notFound = (message: string): JiraError => new JiraError(404, [message]);

/** 400 with one message. */
export const badRequest = (message: string): JiraError => new JiraError(400, [message]);

/** 400 for one field. */
export const badField = (fieldId: string, message: string): JiraError =>
  new JiraError(400, [], { [fieldId]: message });

/** 403 with one message. */
export const forbidden = (message: string): JiraError => new JiraError(403, [message]);

/** Jira's text for an issue that is missing or hidden. */
export const ISSUE_NOT_FOUND = 'Issue does not exist or you do not have permission to see it.';
