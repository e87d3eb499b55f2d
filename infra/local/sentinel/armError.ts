/** An error answer of Azure Resource Manager. */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export function badRequest(message: string): ArmError {
  return new ArmError(400, 'BadRequest', message);
}

export function notFound(id: string): ArmError {
  return new ArmError(404, 'NotFound', `Resource '${id}' was not found.`);
}

export function conflict(id: string): ArmError {
  return new ArmError(409, 'Conflict', `Newer version of resource '${id}' exists. Data was not saved`);
}
