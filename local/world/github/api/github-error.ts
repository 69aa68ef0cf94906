// Refusals in the words and the form of GitHub's REST API.

export interface FieldError {
  readonly resource?: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

/** https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api */
export class GitHubError extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** 404 as GitHub gives it for what is not there and for what may not be seen. */
export function notFound(): GitHubError {
  return new GitHubError(404, 'Not Found');
}

/** 422 for a well-formed request that breaks a rule. */
export function validationFailed(...errors: readonly FieldError[]): GitHubError {
  return new GitHubError(422, 'Validation Failed', errors);
}

/** The body of an error answer. */
export function buildErrorBody(status: number, message: string, documentation: string, errors?: readonly unknown[]) {
  return {
    message,
    ...(errors && { errors }),
    documentation_url: `https://docs.github.com/rest${documentation && `/${documentation}`}`,
    status: String(status),
  };
}

const messages: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Validation Failed',
  500: 'Server Error',
  502: 'Server Error',
  503: 'Service Unavailable',
};

/** GitHub's usual message of a status. */
export function findUsualMessage(status: number): string | undefined {
  return messages[status];
}
