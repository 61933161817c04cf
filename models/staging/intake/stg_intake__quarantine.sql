select {{ quarantine_columns(yuan('amount_yuan')) }}
from {{ source('lake', 'quarantine_row') }}
