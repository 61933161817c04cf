{# The scheme of a settlement's insurance type; only the two that rules speak of. #}
{% macro scheme_of_insutype(insutype_code) -%}
    case {{ insutype_code }} when '310' then 'employee' when '390' then 'resident' else 'none' end
{%- endmacro %}

{# The year whose limits a settlement counts against: as the platform says, else that of the last day of care. #}
{% macro benefit_year_of(relation) -%}
    coalesce({{ relation }}.benefit_year_code, substr(cast({{ relation }}.service_end_date as varchar), 1, 4), 'unknown')
{%- endmacro %}

{# The kind of care as the rules see it: a settlement of type 3 is of none of them. #}
{% macro kind_of_care(settlement_type_code, medical_kind_code) -%}
    case when {{ settlement_type_code }} = '3' then 'other' else {{ medical_kind_code }} end
{%- endmacro %}

{# Which layers of funds a settlement passes: of none (outside), of the personal account, the cadres' own, or the pooled ones. #}
{% macro layer_path(scheme_code, is_provincial_cadre, medical_kind_code) -%}
    case
        when {{ scheme_code }} = 'none' then 'outside'
        when {{ is_provincial_cadre }} then 'cadre'
        when {{ medical_kind_code }} in ('maternity', 'other') then 'outside'
        when {{ medical_kind_code }} = 'pharmacy' then 'account'
        else 'pooled'
    end
{%- endmacro %}
