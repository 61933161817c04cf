{# The scheme of a settlement's insurance type; only the two that rules speak of. #}
{% macro scheme_of_insutype(insutype_code) -%}
    case {{ insutype_code }} when '310' then 'employee' when '390' then 'resident' else 'none' end
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
