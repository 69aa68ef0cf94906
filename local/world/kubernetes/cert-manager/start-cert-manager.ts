// cert-manager: issues and renews what Certificates ask for, into Secrets.
import type { AcmeAuthorities } from '../../acme-authorities.ts';
import type { ControllerContext } from '../controllers/controller.ts';
import { startCertificateController } from './certificate-controller.ts';
import { startIssuerControllers } from './issuer-controller.ts';
import { startOrderController } from './order-controller.ts';
import { startRequestController } from './request-controller.ts';

/** Runs until the cluster stops. */
export function startCertManager(context: ControllerContext, authorities: AcmeAuthorities): void {
  startIssuerControllers(context);
  startOrderController(context, authorities);
  startRequestController(context);
  startCertificateController(context);
}
