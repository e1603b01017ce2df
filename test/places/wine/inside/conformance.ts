// The suite that every driver passes, run by Node for Windows over the drivers that are named (all that
// say they are for Windows, where none is):  node … inside/conformance.ts [DRIVER…]
import { driverIds, findDriver } from '../../../../lab/drivers/find.ts';
import { driverConformance } from '../../../conformance/drivers.ts';
import { report } from './suite.ts';

const asked = process.argv.slice(2);
for (const id of driverIds()) {
  const driver = await findDriver(id);
  const named = asked.length > 0 ? asked.includes(id) : driver.platforms.includes('win32');
  if (named) await driverConformance(driver, id);
}
process.exit((await report()) === 0 ? 0 : 1);
