// What an HTTP API is to the runtime: its stages, routes and integrations as the template declares them.
import type { RouteTable } from './route-table.ts';

export interface Integration {
  readonly functionArn: string;
  /** When set, the function is invoked as this role instead of as API Gateway. */
  readonly credentialsArn?: string;
  readonly timeoutMilliseconds: number;
}

export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface Stage {
  readonly name: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly throttle?: Throttle;
  readonly routeThrottles: Readonly<Record<string, Throttle>>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export interface CorsConfiguration {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
  readonly allowCredentials: boolean;
}

export interface HttpApi {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly cors?: CorsConfiguration;
  readonly routes: RouteTable;
  readonly integrations: Map<string, Integration>;
  readonly stages: Map<string, Stage>;
}
