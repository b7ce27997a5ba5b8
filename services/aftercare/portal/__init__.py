"""The client's own pages: no account, no script, nothing from elsewhere."""

from services.aftercare.portal import pages

ROUTERS = (pages.router,)
